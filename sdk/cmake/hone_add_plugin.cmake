# hone_add_plugin(sampler|pruner|storage NAME SOURCES file... [LIBRARIES target...])
#
# Builds NAME.so with all that a plugin needs: the interface headers, hidden symbols, one exported table, and no
# undefined symbol into the core. In hone's own tree the file lands where the loader looks for it. The plugin's file
# exports what HONE_PLUGINS(...) of <hone/sdk/plugin.hpp> defines.
set(HONE_PLUGIN_EXPORTS ${CMAKE_CURRENT_LIST_DIR}/hone_plugin.exports)

function(hone_add_plugin kind name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBRARIES" ${ARGN})
  if(NOT kind MATCHES "^(sampler|pruner|storage)$")
    message(FATAL_ERROR "hone_add_plugin: the kind is '${kind}', but must be sampler, pruner or storage")
  endif()
  if(NOT ARG_SOURCES)
    message(FATAL_ERROR "hone_add_plugin(${kind} ${name}): SOURCES is missing")
  endif()
  set(target hone_${kind}_${name})
  add_library(${target} MODULE ${ARG_SOURCES})
  target_link_libraries(${target} PRIVATE hone::sdk ${ARG_LIBRARIES})
  set_target_properties(${target} PROPERTIES
    PREFIX "" OUTPUT_NAME ${name} SUFFIX .so
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_compile_options(${target} PRIVATE -ffp-contract=off $<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>)
  target_link_options(${target} PRIVATE
    -Wl,--version-script=${HONE_PLUGIN_EXPORTS} -Wl,--exclude-libs,ALL)
  if(NOT HONE_SANITIZE)
    target_link_options(${target} PRIVATE -Wl,-z,defs)
  endif()
  set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS ${HONE_PLUGIN_EXPORTS})
  if(DEFINED PROJECT_NAME AND PROJECT_NAME STREQUAL "hone")
    set_target_properties(${target} PROPERTIES
      LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib/hone/plugins/${kind}s
      INSTALL_RPATH "")
    install(TARGETS ${target} LIBRARY DESTINATION lib/hone/plugins/${kind}s)
  endif()
endfunction()
