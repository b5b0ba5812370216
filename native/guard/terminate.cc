// What an exception that nobody catches does: abort. libstdc++ would print it first, and brings a
// demangler of 45 kB into every static program for it (libsupc++ eh_term_handler.cc, which this
// definition replaces).

#include <cstdlib>
#include <exception>

namespace __cxxabiv1 {

extern std::terminate_handler __terminate_handler;
std::terminate_handler __terminate_handler = std::abort;

}  // namespace __cxxabiv1
