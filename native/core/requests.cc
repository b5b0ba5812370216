#include "core/requests.h"

#include <algorithm>
#include <charconv>

namespace holdfast {

namespace {

template <typename Number>
Number numberIn(std::string_view field, Number otherwise) {
  Number number = otherwise;
  const auto parsed = std::from_chars(field.data(), field.data() + field.size(), number);
  return parsed.ec == std::errc{} ? number : otherwise;
}

}  // namespace

std::optional<EndRequest> readEndRequest(const Fields& fields) {
  if (fields.size() != 4 || fields[0] != "end") return std::nullopt;
  EndRequest request;
  if (fields[1] == "terminate") request.reason = EndReason::terminate;
  if (fields[1] == "abort") request.reason = EndReason::abort;
  request.signo = signoIn(fields[2]);
  const std::int64_t graceMs = std::max<std::int64_t>(numberIn(fields[3], std::int64_t{0}), 0);
  if (fields[3] != "-") request.graceMs = static_cast<std::uint64_t>(graceMs);
  return request;
}

bool isQuestion(const Fields& fields) {
  return fields.size() == 1 && (fields[0] == "members" || fields[0] == "usage");
}

bool isEndForAll(const Fields& fields) {
  return fields.size() == 4 && fields[0] == "end" &&
         (fields[1] == "kill" || fields[1] == "terminate");
}

int signoIn(std::string_view field) { return numberIn(field, -1); }

}  // namespace holdfast
