// Hostile text on its way out: to a terminal, into JSON, into a field of the protocol.

#include "core/text/json.h"
#include "core/text/lines.h"
#include "core/text/printable.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace holdfast;
  const std::string text(fuzz::textOf(data, size));
  fuzz::expect(fuzz::isPlainAscii(jsonText(text)), "JSON is plain text");
  const std::string field = escapeField(text);
  fuzz::expect(fuzz::isPlainAscii(field) && field.find(' ') == std::string::npos,
               "a field stays a field");
  fuzz::expect(unescapeField(field) == text, "and loses nothing");
  (void)unescapeField(text);
  const std::string shown = printable(text);
  if (shown.find('\\') == std::string::npos)
    fuzz::expect(shown == text, "what is printable stays as it is");
  for (char c : shown) fuzz::expect(c < 0 || (c >= ' ' && c != 0x7f), "no control is left");
  return 0;
}
