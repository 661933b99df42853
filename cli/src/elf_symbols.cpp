// SPDX-License-Identifier: MIT
// The dynamic symbols of a shared object, read from the file without loading it.
#include "elf_symbols.hpp"

#include <elf.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <string_view>

#include <hone/error.hpp>

namespace hone::cli {
namespace {

class ElfFile {
 public:
  explicit ElfFile(const std::filesystem::path& file) : file_(file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) throw Error("cannot read " + file.string());
    bytes_.assign(std::istreambuf_iterator<char>(in), {});
    if (bytes_.size() < sizeof(Elf64_Ehdr) || std::memcmp(bytes_.data(), ELFMAG, SELFMAG) != 0 ||
        bytes_[EI_CLASS] != ELFCLASS64 || bytes_[EI_DATA] != ELFDATA2LSB) {
      throw Error(file.string() + " is no shared object (a 64-bit ELF file)");
    }
  }

  // A record at an offset; offsets come from the file and are not to be trusted.
  template <class Record>
  Record at(std::size_t offset) const {
    if (offset > bytes_.size() || bytes_.size() - offset < sizeof(Record))
      throw Error(file_.string() + " is damaged: it ends too early");
    Record record;
    std::memcpy(&record, bytes_.data() + offset, sizeof record);
    return record;
  }

  std::string text_at(std::size_t offset) const {
    if (offset >= bytes_.size()) throw Error(file_.string() + " is damaged: a name lies outside of it");
    return bytes_.substr(offset, bytes_.find('\0', offset) - offset);
  }

 private:
  std::filesystem::path file_;
  std::string bytes_;
};

void add_symbol(DynamicSymbols& symbols, const Elf64_Sym& symbol, std::string name) {
  const unsigned binding = ELF64_ST_BIND(symbol.st_info);
  if (name.empty() || (binding != STB_GLOBAL && binding != STB_WEAK && binding != STB_GNU_UNIQUE)) return;
  if (symbol.st_shndx == SHN_UNDEF) {
    symbols.undefined.push_back(std::move(name));
  } else if (ELF64_ST_VISIBILITY(symbol.st_other) == STV_DEFAULT) {
    symbols.defined.push_back(std::move(name));
  }
}

}  // namespace

DynamicSymbols dynamic_symbols(const std::filesystem::path& file) {
  const ElfFile elf(file);
  const auto header = elf.at<Elf64_Ehdr>(0);
  DynamicSymbols symbols;
  for (std::size_t s = 0; s < header.e_shnum; ++s) {
    const auto section = elf.at<Elf64_Shdr>(header.e_shoff + s * sizeof(Elf64_Shdr));
    if (section.sh_type != SHT_DYNSYM) continue;
    const auto names = elf.at<Elf64_Shdr>(header.e_shoff + section.sh_link * sizeof(Elf64_Shdr));
    for (std::size_t i = 0; i < section.sh_size / sizeof(Elf64_Sym); ++i) {
      const auto symbol = elf.at<Elf64_Sym>(section.sh_offset + i * sizeof(Elf64_Sym));
      add_symbol(symbols, symbol, elf.text_at(names.sh_offset + symbol.st_name));
    }
  }
  return symbols;
}

}  // namespace hone::cli
