// Lines of facts: fields that a hostile name cannot leave, and lines that come in pieces.

#include "core/report.h"

#include <cerrno>

#include "core/text/json.h"
#include "expect.h"

namespace holdfast::test {

namespace {

std::string everyByte() {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  return bytes;
}

void addFields(Promises& promises) {
  promises.push_back({"gives every byte of a field back", [] {
                        expectEqual(unescapeField(escapeField(everyByte())), everyByte());
                        expectEqual(unescapeField(escapeField("")), "");
                        expectEqual(unescapeField(escapeField("100%")), "100%");
                      }});
  promises.push_back({"lets no text leave its field", [] {
                        for (char c : escapeField(everyByte()))
                          expect(c > ' ' && c < 0x7f, "a separator or a control character");
                        expectEqual(escapeField("x) S 1\n\x1b[2J"), "x%29%20S%201%0a%1b%5b2J");
                      }});
  promises.push_back({"survives fields that nobody would write", [] {
                        for (const char* field : {"%", "%%", "%a", "%zz", "abc%", "%f"})
                          (void)unescapeField(field);
                      }});
  promises.push_back({"splits at single spaces", [] {
                        expect(splitFields("empty kill 1 2 30").size() == 5, "five fields");
                        expect(splitFields("").empty(), "nothing in nothing");
                        expect(splitFields("a  b").size() == 3, "an empty field counts");
                      }});
}

void addLines(Promises& promises) {
  promises.push_back({"puts a line together that comes in pieces", [] {
                        LineBuffer buffer;
                        std::string line;
                        buffer.append("star");
                        expect(!buffer.next(line), "half a line is none");
                        buffer.append("ted 1 2\nexited 0\nem");
                        expect(buffer.next(line), "the first line");
                        expectEqual(line, "started 1 2");
                        expect(buffer.next(line), "the second line");
                        expectEqual(line, "exited 0");
                        expect(!buffer.next(line) && buffer.size() == 2, "the rest waits");
                      }});
  promises.push_back({"splits a text into its lines", [] {
                        expect(splitLines("a\nb\n").size() == 2, "the last newline ends a line");
                        expect(splitLines("a\n\nb").size() == 3, "an empty line counts");
                      }});
}

void addJson(Promises& promises) {
  promises.push_back({"writes JSON that no text can break", [] {
                        expectEqual(jsonText("a\"b\\c"), "\"a\\\"b\\\\c\"");
                        expectEqual(jsonText("\n\x1b\x7f"), "\"\\u000a\\u001b\\u007f\"");
                        for (char c : jsonText(everyByte()))
                          expect(c >= ' ' && c < 0x7f, "a control character");
                      }});
}

}  // namespace

void reportPromises(Promises& promises) {
  addFields(promises);
  addLines(promises);
  addJson(promises);
  promises.push_back({"tells an error as call, code and number", [] {
                        expectEqual(describe(OsError("open", ENOENT, "/x")), "open ENOENT 2");
                        expectEqual(describe(OsError("find a home", ENOENT)),
                                    "find%20a%20home ENOENT 2");
                        expect(std::string(OsError("open", ENOENT, "/x").what())
                                       .find("ENOENT: No such file or directory, open '/x'") == 0,
                               OsError("open", ENOENT, "/x").what());
                      }});
}

}  // namespace holdfast::test
