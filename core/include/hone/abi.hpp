// SPDX-License-Identifier: MIT
// The ABI tag: what must agree between a plugin and its host for C++ objects to pass between them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <hone/plugin.hpp>

namespace hone {
namespace detail {

template <class... Types>
constexpr std::uint64_t layout_hash() {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  const auto mix = [&hash](std::size_t value) { hash = (hash ^ value) * 0x100000001b3ULL; };
  ((mix(sizeof(Types)), mix(alignof(Types))), ...);
  return hash;
}

// Every type whose layout both sides rely on.
constexpr std::uint64_t crossing_layout() {
  return layout_hash<Json, Choice, FloatDistribution, IntDistribution, CategoricalDistribution, Distribution,
                     ParameterRecord, ReportRecord, ConstraintRecord, AttributeRecord, StartRecord, DrawRecord,
                     OwnerRecord, TrialPatch, Report, Interner, DistributionInterner, Column<double>,
                     Column<std::uint8_t>, History, History::Cell, History::Constraint, History::Owner, HistoryView,
                     TrialView, StudyView, RandomStream, Parameter, Condition, DeclaredParameter, VisibleSet, Sampler,
                     Pruner, Storage, StudyRecord, FactRecord, StudyPatch, Preconditions, ApplyResult,
                     Storage::Provenance, SharedHistoryExtension::Shared, Options, InnerPlugin, FactoryContext,
                     AttributeSink, ChangeReceiver, Cursor, Host, Logger>();
}

struct AbiTag {
  char text[160] = {};
  std::size_t size = 0;
  constexpr void append(std::string_view part) {
    for (const char c : part) text[size++] = c;
  }
  constexpr void append_hex(std::uint64_t value) {
    for (int shift = 60; shift >= 0; shift -= 4) text[size++] = "0123456789abcdef"[(value >> shift) & 15];
  }
};

constexpr AbiTag make_abi_tag() {
  AbiTag tag;
  tag.append("hone-cpp-1;arch=");
#if defined(__x86_64__)
  tag.append("x86_64");
#elif defined(__aarch64__)
  tag.append("aarch64");
#else
  tag.append("other");
#endif
#if defined(_LIBCPP_VERSION)
  tag.append(";stdlib=libc++");
#elif defined(__GLIBCXX__)
  tag.append(";stdlib=libstdc++");
#endif
#if defined(_GLIBCXX_USE_CXX11_ABI) && _GLIBCXX_USE_CXX11_ABI
  tag.append(";cxx11abi=1");
#else
  tag.append(";cxx11abi=0");
#endif
#if defined(_GLIBCXX_DEBUG)
  tag.append(";debug=1");
#else
  tag.append(";debug=0");
#endif
#if defined(__SANITIZE_ADDRESS__)
  tag.append(";sanitizer=address");
#elif defined(__SANITIZE_THREAD__)
  tag.append(";sanitizer=thread");
#else
  tag.append(";sanitizer=none");
#endif
  tag.append(";layout=");
  tag.append_hex(crossing_layout());
  return tag;
}

inline constexpr AbiTag abi_tag_storage = make_abi_tag();

}  // namespace detail

/// Architecture, standard library with its debug and string macros, sanitizer, and a hash over size and layout of what
/// crosses. Never the compiler's version: compilers that agree on these may be mixed. Ends with a zero.
constexpr const char* abi_tag() { return detail::abi_tag_storage.text; }

}  // namespace hone
