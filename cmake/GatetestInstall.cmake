# The installed package: find_package(gatetest CONFIG [COMPONENTS core store http matchers fixtures main gatetest
# benchmark]),
# and gatetest-core for pkg-config. Each target is a component with an export file of its own, so that
# who asks for core needs no GoogleTest.
include(CMakePackageConfigHelpers)

# Code of a project that contains this one says find_package(gatetest) too: it gets the targets that are
# here already.
set(redirect ${CMAKE_FIND_PACKAGE_REDIRECTS_DIR})
file(WRITE ${redirect}/gatetest-config.cmake [==[
set(gatetest_FOUND TRUE)
foreach(component IN LISTS gatetest_FIND_COMPONENTS)
  if(TARGET gatetest::${component})
    set(gatetest_${component}_FOUND TRUE)
  elseif(gatetest_FIND_REQUIRED_${component})
    set(gatetest_FOUND FALSE)
    set(gatetest_NOT_FOUND_MESSAGE "GateTest is built here without a component ${component}.")
  endif()
endforeach()
]==])
write_basic_package_version_file(${redirect}/gatetest-config-version.cmake
  VERSION ${gatetest_VERSION} COMPATIBILITY SameMajorVersion)

if(NOT GATETEST_INSTALL)
  return()
endif()
if(GATETEST_NOT_INSTALLABLE)
  install(CODE "message(FATAL_ERROR \"GateTest cannot be installed from this build, because these are \
built with it: ${GATETEST_NOT_INSTALLABLE}. Install them first, configure anew, and install then. \
(Without Google Benchmark: GATETEST_BUILD_BENCHMARK_GATES=OFF.)\")")
  return()
endif()

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/gatetest)
get_target_property(core_type gatetest_core TYPE)
if(core_type STREQUAL "STATIC_LIBRARY")
  set(GATETEST_STATIC TRUE)
  set(PKG_CONFIG_REQUIRES "Requires")
else()
  set(GATETEST_STATIC FALSE)
  set(PKG_CONFIG_REQUIRES "Requires.private")
endif()

configure_package_config_file(cmake/gatetest-config.cmake.in gatetest-config.cmake
  INSTALL_DESTINATION ${package_dir}
  NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(gatetest-config-version.cmake COMPATIBILITY SameMajorVersion)
install(FILES
  ${CMAKE_CURRENT_BINARY_DIR}/gatetest-config.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/gatetest-config-version.cmake
  cmake/FindPCRE2.cmake
  cmake/GatetestAddTests.cmake
  cmake/GatetestDiscoverTests.cmake
  cmake/GatetestFail.cmake
  DESTINATION ${package_dir})

# Relative to where the file lies, so that the prefix can be moved; absolute where somebody wants it so.
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}" OR IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
  set(PKG_CONFIG_LIBDIR ${CMAKE_INSTALL_FULL_LIBDIR})
  set(PKG_CONFIG_INCLUDEDIR ${CMAKE_INSTALL_FULL_INCLUDEDIR})
  set(PKG_CONFIG_PREFIX ${CMAKE_INSTALL_PREFIX})
else()
  file(RELATIVE_PATH up /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
  set(PKG_CONFIG_PREFIX "\${pcfiledir}/${up}")
  set(PKG_CONFIG_LIBDIR "\${prefix}/${CMAKE_INSTALL_LIBDIR}")
  set(PKG_CONFIG_INCLUDEDIR "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
endif()
configure_file(cmake/gatetest-core.pc.in gatetest-core.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/gatetest-core.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
