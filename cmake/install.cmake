# What `cmake --install` puts where, and the parts of it that the build tree mirrors: the CMake package and the
# templates, so that `find_package(hone)` and `hone plugin new` work from build/PRESET as from a prefix.
include(CMakePackageConfigHelpers)

set(package_dir lib/cmake/hone)
set(package_files
  ${PROJECT_SOURCE_DIR}/cmake/honeConfig.cmake
  ${PROJECT_SOURCE_DIR}/sdk/cmake/hone_add_plugin.cmake
  ${PROJECT_SOURCE_DIR}/sdk/cmake/hone_plugin.exports)

write_basic_package_version_file(${PROJECT_BINARY_DIR}/${package_dir}/honeConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
foreach(file ${package_files})
  configure_file(${file} ${PROJECT_BINARY_DIR}/${package_dir}/ COPYONLY)
endforeach()
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/share/hone)
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/sdk/templates ${PROJECT_BINARY_DIR}/share/hone/templates SYMBOLIC)

install(TARGETS hone hone_sdk EXPORT honeTargets LIBRARY DESTINATION lib)
install(EXPORT honeTargets NAMESPACE hone:: DESTINATION ${package_dir})
export(EXPORT honeTargets NAMESPACE hone:: FILE ${PROJECT_BINARY_DIR}/${package_dir}/honeTargets.cmake)
install(FILES ${package_files} ${PROJECT_BINARY_DIR}/${package_dir}/honeConfigVersion.cmake
  DESTINATION ${package_dir})

install(DIRECTORY core/include/hone sdk/include/hone DESTINATION include FILES_MATCHING PATTERN "*.hpp")
install(DIRECTORY sdk/templates DESTINATION share/hone)
install(FILES README.md CHANGELOG.md LICENSE DESTINATION share/doc/hone)
if(EXISTS ${PROJECT_SOURCE_DIR}/docs)
  install(DIRECTORY docs DESTINATION share/doc/hone PATTERN Doxyfile EXCLUDE)
endif()
