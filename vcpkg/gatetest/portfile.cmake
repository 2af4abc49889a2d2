# There is no public release yet: the sources are the repository that this folder is in.
get_filename_component(SOURCE_PATH "${CURRENT_PORT_DIR}/../.." ABSOLUTE)

file(STRINGS "${SOURCE_PATH}/CMakeLists.txt" project REGEX "^project\\(gatetest ")
if(NOT project MATCHES "VERSION ${VERSION} ")
  message(FATAL_ERROR "vcpkg.json says version ${VERSION}; CMakeLists.txt says ${project}")
endif()

vcpkg_check_features(OUT_FEATURE_OPTIONS features FEATURES benchmark GATETEST_BUILD_BENCHMARK_GATES)
vcpkg_cmake_configure(
  SOURCE_PATH "${SOURCE_PATH}"
  OPTIONS
    ${features}
    -DGATETEST_BUILD_TESTS=OFF
    -DGATETEST_BUILD_EXAMPLES=OFF
    -DGATETEST_BUILD_BENCHMARKS=OFF
    -DGATETEST_INSTALL=ON
    -DGATETEST_FETCH_DEPENDENCIES=OFF
    -DGATETEST_WARNINGS_AS_ERRORS=OFF)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH lib/cmake/gatetest)
vcpkg_fixup_pkgconfig()

file(REMOVE_RECURSE
  "${CURRENT_PACKAGES_DIR}/debug/include"
  "${CURRENT_PACKAGES_DIR}/debug/share"
  "${CURRENT_PACKAGES_DIR}/share/doc")
file(INSTALL "${CURRENT_PORT_DIR}/usage" DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
