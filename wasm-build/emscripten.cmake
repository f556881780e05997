# Everything that is said to Emscripten, and every difference between its versions. Floor: 3.1.6 (Debian 12).

execute_process(COMMAND ${CMAKE_CXX_COMPILER} --version OUTPUT_VARIABLE emcc_says)
string(REGEX MATCH "[0-9]+\\.[0-9]+\\.[0-9]+" HAMT_EMCC_VERSION "${emcc_says}")
if(HAMT_EMCC_VERSION VERSION_LESS 3.1.6)
  message(FATAL_ERROR "Emscripten 3.1.6 or newer is needed; found '${HAMT_EMCC_VERSION}'")
endif()

# Native wasm exceptions: bad_alloc and validation errors unwind through C++ at no cost on the paths that do not throw.
# Bulk memory and sign extension are in every browser since 2021.
set(hamt_wasm_compile_flags -O3 -flto -fwasm-exceptions -mbulk-memory -msign-ext)

set(hamt_wasm_link_flags
    -lembind
    -sDECLARE_ASM_MODULE_EXPORTS=0 # imports and exports keep their names: js/wasm/instantiate.ts is the loader, the glue is not used
    -sFILESYSTEM=0
    -sALLOW_MEMORY_GROWTH=1
    -sINITIAL_MEMORY=2MB
    -sMAXIMUM_MEMORY=4GB
    -sMALLOC=none                  # cpp/binding/heap.cpp; nodes have free lists of their own above it (cpp/trie/memory.hpp)
    -sALLOW_TABLE_GROWTH=1         # no maximum: each part that split.mjs takes out adds to the table
    -sABORTING_MALLOC=0)           # malloc returns null, so C++ throws bad_alloc, which the boundary turns into an error

# What has another name, or another default, in later versions.
if(HAMT_EMCC_VERSION VERSION_LESS 3.1.27)
  list(APPEND hamt_wasm_link_flags -sTOTAL_STACK=256KB)
else()
  list(APPEND hamt_wasm_link_flags -sSTACK_SIZE=256KB)
endif()
if(HAMT_EMCC_VERSION VERSION_GREATER_EQUAL 4.0.0)
  # The encoding every browser of the last three years has; later versions of Emscripten default to the newer one.
  list(APPEND hamt_wasm_compile_flags -sWASM_LEGACY_EXCEPTIONS=1)
  # What embind and the raw exports look like to TypeScript; tests/js/exports.test.ts compares it with js/generated/interface.ts.
  list(APPEND hamt_wasm_link_flags --emit-tsd hamt.d.ts)
endif()

add_compile_options(${hamt_wasm_compile_flags})

# What is compiled for speed; the rest is compiled for size, where that costs little (figures: SIZE.md). Of a template or an inline function
# that several sources have, the copy of the first one in the link stays: these come first. `extern template` cannot say it: inline functions
# of classes that are no templates (record batches, sections, string tables) are most of what differs.
set(hamt_first_sources boundary/entries boundary/digest boundary/snapshot_read)
set(hamt_flags_of_boundary/entries -O2)
set(hamt_flags_of_boundary/digest -Oz)
set(hamt_flags_of_boundary/snapshot_read -O2)

option(HAMT_SMALL "A smaller module that takes longer for everything but hashing: for the page, whose visitors wait for the download" OFF)
if(HAMT_SMALL)
  set(hamt_flags_of_boundary/entries -Oz)
  set(hamt_flags_of_boundary/snapshot_read -Oz)
  list(APPEND hamt_wasm_link_flags -Oz)
endif()

# Compiles cpp/binding and cpp/boundary, with every layer below them, into hamt.wasm.
function(hamt_add_wasm_module)
  file(GLOB sources CONFIGURE_DEPENDS cpp/binding/*.cpp cpp/boundary/*.cpp)
  set_source_files_properties(${sources} PROPERTIES COMPILE_OPTIONS -Oz)
  set(first)
  foreach(name IN LISTS hamt_first_sources)
    set(source ${CMAKE_SOURCE_DIR}/cpp/${name}.cpp)
    set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS "${hamt_flags_of_${name}}")
    list(APPEND first ${source})
  endforeach()
  list(REMOVE_ITEM sources ${first})
  # Functions that the C library and generated code are entered by, and that LTO must not see through.
  set(binding ${CMAKE_SOURCE_DIR}/cpp/binding)
  set_source_files_properties(${binding}/heap.cpp PROPERTIES COMPILE_OPTIONS "-O2;-fno-lto")
  add_executable(hamt ${first} ${sources})
  set_target_properties(hamt PROPERTIES SUFFIX .js)
  target_link_libraries(hamt PRIVATE ${hamt_top})
  target_link_options(hamt PRIVATE ${hamt_wasm_compile_flags} ${hamt_wasm_link_flags})

  list(JOIN hamt_wasm_compile_flags " " compile)
  list(JOIN hamt_wasm_link_flags " " link)
  set(sizes "(entries and snapshot_read -O2, the rest of the boundary -Oz)")
  string(REPLACE "${CMAKE_SOURCE_DIR}/" "" link "${link}")
  file(WRITE ${CMAKE_BINARY_DIR}/provenance.json
       "{\"emscripten\": \"${HAMT_EMCC_VERSION}\", \"flags\": \"-std=c++20 ${compile} ${sizes} ${link}\"}\n")
endfunction()
