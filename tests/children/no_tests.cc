// A program without tests.
#include <gatetest/gatetest.h>

GATETEST_MAIN()
