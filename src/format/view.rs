//! What does a person read? Raw bytes of a text become canonical ones, with the way back.
