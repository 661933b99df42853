# Warnings and code generation that hold for everything in this project.
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual)
if(HONE_WERROR)
  add_compile_options(-Werror)
endif()
# Proposals must have the same bits everywhere: no contraction of a*b+c into one rounding.
add_compile_options(-ffp-contract=off)
string(REPLACE "-O3" "-O2" CMAKE_CXX_FLAGS_RELEASE "${CMAKE_CXX_FLAGS_RELEASE}")
if(HONE_SANITIZE)
  # The sanitizers' own code makes GCC see uninitialised members where there are none.
  add_compile_options($<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  add_compile_options(-fsanitize=${HONE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${HONE_SANITIZE})
endif()
if(CMAKE_UNITY_BUILD)
  # Sources that are compiled as one look like headers with types of their own.
  add_compile_options(-Wno-subobject-linkage)
endif()
