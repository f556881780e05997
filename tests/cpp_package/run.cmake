# Installs the build tree BUILD of the project SOURCE, then builds and runs the programs beside this file, and the one
# that cpp/README.md shows, with the installed package and with the project as a subproject:
# cmake -DSOURCE=... -DBUILD=... -P run.cmake
set(work ${BUILD}/cpp_package)
file(REMOVE_RECURSE ${work})

function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE code OUTPUT_VARIABLE text ERROR_VARIABLE text)
  if(NOT code EQUAL 0)
    list(JOIN ARGV " " command)
    message(FATAL_ERROR "${command}: ${code}\n${text}")
  endif()
endfunction()

# The program of cpp/README.md: its only block of C++.
file(READ ${SOURCE}/cpp/README.md readme)
string(REGEX MATCH "```cpp\n([^`]*)```" block "${readme}")
if(NOT block)
  message(FATAL_ERROR "cpp/README.md shows no C++")
endif()
file(WRITE ${work}/readme.cpp "${CMAKE_MATCH_1}")

# A source that includes every header of the package.
file(GLOB headers RELATIVE ${SOURCE}/cpp ${SOURCE}/cpp/trie/*.hpp ${SOURCE}/cpp/snapshot/*.hpp ${SOURCE}/cpp/digest/*.hpp
     ${SOURCE}/cpp/blocks/*.hpp ${SOURCE}/cpp/sortition/*.hpp)
list(LENGTH headers count)
if(count LESS 40)
  message(FATAL_ERROR "the package has ${count} headers only")
endif()
list(TRANSFORM headers PREPEND "#include <hamt/")
list(TRANSFORM headers APPEND ">\n")
string(JOIN "" text ${headers})
file(WRITE ${work}/every_header.cpp "${text}")

# The package as an archive is installed somewhere else than where it was built.
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${work}/installed)
file(RENAME ${work}/installed ${work}/prefix)
foreach(way IN ITEMS package subproject)
  if(way STREQUAL package)
    set(from -DCMAKE_PREFIX_PATH=${work}/prefix)
  else()
    set(from -DHAMT_SOURCE=${SOURCE})
  endif()
  run(${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR} -B ${work}/${way} -G Ninja -DCMAKE_CXX_FLAGS=-Werror
      -DREADME_PROGRAM=${work}/readme.cpp -DEVERY_HEADER=${work}/every_header.cpp ${from})
  run(${CMAKE_COMMAND} --build ${work}/${way})
  run(${CMAKE_CTEST_COMMAND} --test-dir ${work}/${way} --output-on-failure)
endforeach()
message(STATUS "installed and as a subproject: ok")
