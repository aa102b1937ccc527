SELECT o.id, o.total_cents / 100.0 AS total, to_char(o.created_at, 'YYYY-MM-DD"T"HH24:MI:SS') FROM orders o
WHERE o.id IN (1000234567, 1000234568) AND o.sku LIKE 'AB-%' AND o.created_at > '2026-09-29 10:15:42+02' LIMIT 50 OFFSET 100;
INSERT INTO prices (sku, amount, vat) VALUES ('XJ-900', 19.99, 0.19), ('XJ-901', 1299.00, 0.07); -- 2 rows
