# find_package(hone) gives
#   hone::hone         the library, for programs that embed it
#   hone::sdk          the headers, for plugins
#   hone_add_plugin()  builds a plugin
#   HONE_EXECUTABLE    the program hone
include(${CMAKE_CURRENT_LIST_DIR}/honeTargets.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/hone_add_plugin.cmake)
get_filename_component(HONE_EXECUTABLE ${CMAKE_CURRENT_LIST_DIR}/../../../bin/hone ABSOLUTE)
