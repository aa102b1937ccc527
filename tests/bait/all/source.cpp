#include <vector>
namespace shop::cart { template <typename T> class Basket; }
std::vector<std::pair<int, long>> items{{1, 2L}, {3, 4L}};
auto total = std::accumulate(std::begin(items), std::end(items), 0L, [](auto a, auto&& b) { return a + b.second; });
static constexpr std::uint64_t kMagic = 0xCAFEBABEDEADBEEFull; // 1'000'000'007
if (a::b::c(x) && !::dead::beef(y) || ptr->*member) { std::cout << x << ' ' << 10 % 3 << std::endl; }
C++ scopes: abc::def, fe::ed, face::b00c, a::1, ::1st, 1::a, cafe::babe::f00d
