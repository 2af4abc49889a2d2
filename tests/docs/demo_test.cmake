# The demo does what the documents show: cmake -DPROGRAM=... -DSOURCE_DIR=... -P demo_test.cmake
include("${CMAKE_CURRENT_LIST_DIR}/check_output.cmake")
execute_process(COMMAND "${PROGRAM}" OUTPUT_VARIABLE output RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "the demo ended with ${result}:\n${output}")
endif()
check_output(ladder_demo "${output}")
