// The numbers that libuv gives to errors where those of the system mean nothing to it: on Windows
// (uv/errno.h). Positive here, as every number of an OsError is.
#pragma once

namespace holdfast::uv {

constexpr int kE2BIG = 4093;
constexpr int kEACCES = 4092;
constexpr int kEBADF = 4083;
constexpr int kEBUSY = 4082;
constexpr int kEEXIST = 4075;
constexpr int kEFTYPE = 4028;
constexpr int kEINVAL = 4071;
constexpr int kEMFILE = 4066;
constexpr int kENAMETOOLONG = 4064;
constexpr int kENOENT = 4058;
constexpr int kENOMEM = 4057;
constexpr int kENOSPC = 4055;
constexpr int kENOSYS = 4054;
constexpr int kENOTSUP = 4049;
constexpr int kEPERM = 4048;
constexpr int kEPIPE = 4047;
constexpr int kEROFS = 4043;
constexpr int kESRCH = 4040;
constexpr int kETIMEDOUT = 4039;
constexpr int kUnknown = 4094;

}  // namespace holdfast::uv
