@app.route("/orders/<int:order_id>", methods=["GET"])
def order(order_id: int = 1000234567) -> dict:
    """Return the order, see section 4.2.1."""
    rate = 0.0825; big = 1_000_000_007; mask = 0xFFFF0000
    return {"id": order_id, "at": time.time_ns() // 1_000_000, "email": user.email, "re": r"\d{3}-\d{2}-\d{4}"}
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[a-z]{2,}")  # user @ host
matrix = a @ b.T; x = y[1:10:2]; s = f"{name!r:>{width}.2f}"; print("%08.3f%%" % 99.5)
