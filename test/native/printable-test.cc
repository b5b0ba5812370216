// What somebody else has named, as people get to see it.

#include "core/text/printable.h"

#include "core/text/json.h"
#include "expect.h"

namespace holdfast::test {

namespace {

struct Shown {
  const char* what;
  std::string text;
  std::string shown;
};

const Shown kTable[] = {
    {"what is visible as it is", "sleep 10 'a b' \"", "sleep 10 'a b' \""},
    {"a backslash as two", "\\x1b", "\\\\x1b"},
    {"blanks that are no spaces escaped",
     "a\xc2\xa0"
     "b\xe3\x80\x80",
     "a\\xa0b\\u{3000}"},
    {"other alphabets as they are", "\xc3\xa4\xe6\x97\xa5\xf0\x9f\x98\x80",
     "\xc3\xa4\xe6\x97\xa5\xf0\x9f\x98\x80"},
    {"line ends and tabs escaped", "a\nb\r\tc", "a\\x0ab\\x0d\\x09c"},
    {"escape sequences escaped", "\x1b[2J\x1b]0;t\x07", "\\x1b[2J\\x1b]0;t\\x07"},
    {"controls of eight bits escaped",
     "\xc2\x9b"
     "2J",
     "\\x9b2J"},
    {"a NUL and a DEL escaped", std::string("a\0\x7f", 3), "a\\x00\\x7f"},
    {"a change of direction escaped",
     "\xe2\x80\xae"
     "exe.txt",
     "\\u{202e}exe.txt"},
    {"what hides text escaped",
     "a\xe2\x80\x8b"
     "b\xef\xbb\xbf",
     "a\\u{200b}b\\u{feff}"},
    {"ends of lines and paragraphs escaped", "\xe2\x80\xa8\xe2\x80\xa9", "\\u{2028}\\u{2029}"},
    {"tags escaped", "\xf3\xa0\x80\x81", "\\u{e0001}"},
    {"bytes that are no text escaped", "\xff\xc3(\xe2\x82", "\\xff\\xc3(\\xe2\\x82"},
    {"overlong forms escaped", "\xc0\xaf\xe0\x80\xaf", "\\xc0\\xaf\\xe0\\x80\\xaf"},
    {"surrogates escaped", "\xed\xa0\x80", "\\xed\\xa0\\x80"},
    {"nothing beyond the last code point", "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
};

}  // namespace

void printablePromises(Promises& promises) {
  for (const Shown& row : kTable)
    promises.push_back({std::string("shows ") + row.what,
                        [&row] { expectEqual(printable(row.text), row.shown); }});
  promises.push_back({"writes text of any alphabet as JSON", [] {
                        expectEqual(jsonText("\xc3\xa4\xf0\x9f\x98\x80"),
                                    "\"\\u00e4\\ud83d\\ude00\"");
                        expectEqual(jsonText("\xff"), "\"\\ufffd\"");
                      }});
}

}  // namespace holdfast::test
