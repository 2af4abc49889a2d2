# cmake -DWHY=text -P GatetestFail.cmake
message(NOTICE "Nothing was gated: ${WHY}")  # As it is: an error's text would be wrapped.
message(FATAL_ERROR "gatetest_discover_tests")
