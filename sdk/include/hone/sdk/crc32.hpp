// SPDX-License-Identifier: MIT
// The checksum of zip and zlib.
#pragma once

#include <cstdint>
#include <string_view>

namespace hone::sdk {

/// CRC-32 of ISO 3309 (reflected polynomial 0xEDB88320), as Python's binascii.crc32.
constexpr std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t crc = 0xFFFFFFFFu;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1u) != 0 ? 0xEDB88320u : 0u);
  }
  return ~crc;
}

}  // namespace hone::sdk
