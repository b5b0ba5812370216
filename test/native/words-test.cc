// The words that request, record, reports, CLI and documentation share.

#include <cerrno>

#include "core/facts.h"
#include "core/mechanism.h"
#include "core/os-error.h"
#include "core/text/decimal.h"
#include "expect.h"

namespace holdfast::test {

void wordPromises(Promises& promises) {
  promises.push_back(
      {"names each mechanism and knows it by its name", [] {
         for (const char* name : {"job", "cgroup", "namespace", "subreaper", "group"}) {
           const auto mechanism = mechanismNamed(name);
           expect(mechanism.has_value(), name);
           expectEqual(std::string(nameOf(*mechanism)), name);
         }
         expect(!mechanismNamed("") && !mechanismNamed("Cgroup"), "and no other");
       }});
  promises.push_back({"names each escape route and knows it by its name", [] {
                        for (const char* name : {"broker", "gained-privilege", "guard-killed",
                                                 "owner-and-guard-killed", "fast-double-fork",
                                                 "hidden-proc", "unrecorded"}) {
                          const auto route = escapeRouteNamed(name);
                          expect(route.has_value(), name);
                          expectEqual(std::string(nameOf(*route)), name);
                        }
                        expect(!escapeRouteNamed("sudo"), "and no other");
                      }});
  promises.push_back({"reads decimal numbers to the thousandth, and nothing else", [] {
                        const std::pair<const char*, const char*> numbers[] = {
                            {"1.5", "1.500"},
                            {"0.25", "0.250"},
                            {"30", "30.000"},
                            {"0.0019", "0.001"},
                            {"1000000000000", "1000000000000.000"}};
                        for (const auto& [text, expected] : numbers)
                          expectEqual(decimalOf(thousandthsIn(text).value_or(0)), expected);
                        for (const char* text : {"", ".", "1.", ".5", "1.2.3", "-1", "1e3", " 1",
                                                 "0x10", "nan", "99999999999999"})
                          expect(!thousandthsIn(text), text);
                      }});
  promises.push_back({"joins the routes that stay open", [] {
                        expectEqual(joinNames({}), "-");
                        expectEqual(joinNames({EscapeRoute::broker, EscapeRoute::guardKilled}),
                                    "broker,guard-killed");
                      }});
  promises.push_back({"names every reason of an end", [] {
                        const EndReason reasons[] = {EndReason::kill,      EndReason::terminate,
                                                     EndReason::timeout,   EndReason::abort,
                                                     EndReason::ownerDied, EndReason::rootExited,
                                                     EndReason::ended,     EndReason::limit,
                                                     EndReason::guardDied, EndReason::released};
                        for (EndReason reason : reasons)
                          expect(nameOf(reason) != "?", "a reason without a name");
                      }});
  promises.push_back({"names errors as Node does", [] {
                        expectEqual(errorName(EACCES), "EACCES");
                        expectEqual(errorName(E2BIG), "E2BIG");
                        expectEqual(errorName(99999), "E99999");
                      }});
}

}  // namespace holdfast::test
