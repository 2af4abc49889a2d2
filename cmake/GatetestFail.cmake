# cmake -DWHY=text -P GatetestFail.cmake
message(FATAL_ERROR "Nothing was gated: ${WHY}")
