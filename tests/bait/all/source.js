export const version = "2.14.0-next.3"; const rx = /^\+?[0-9 ()-]{7,}$/, at = Date.now(), half = 1 / 2;
const q = `${location.origin}/api/v1/widget?website_token=${token}&locale=de&ts=${Date.now()}`;
window.$chatwoot?.setUser(`cust-${id}`, { email: user.email, name: user.name, phone_number: user.phone });
for (let i = 0, n = 4096; i < n; i += 16) sum = (sum + buf[i] * 31) >>> 0; // 4294967295
import pkg from "https://cdn.example.org/npm/pkg@3.1.4/dist/pkg.min.js"; fetch("/a/b?c=1&d=2#e").then(r => r.json());
a&&b||c<d&&e>f; x?.y??z; 5<6>7; "<b" + "r>"; "\u00e9\x41\n"; '%d items at %s';
