// SPDX-License-Identifier: MIT
// A column of the history.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace hone {

/// An array of rows that grows in chunks which never move: a span of a chunk stays valid while the column lives.
/// A chunk that was never written to takes no memory and reads as the fill value.
template <class T>
class Column {
 public:
  static constexpr std::size_t chunk_rows = 1024;

  explicit Column(T fill, std::size_t width = 1) : fill_(fill), width_(width) {}

  /// The row's first cell, or the fill value where nothing was written.
  T operator[](std::size_t row) const {
    const std::size_t chunk = row / chunk_rows;
    return chunk < chunks_.size() && chunks_[chunk] ? chunks_[chunk][row % chunk_rows * width_] : fill_;
  }

  /// The `width` cells of a row; empty where its chunk was never written to.
  std::span<const T> row(std::size_t row) const {
    const std::size_t chunk = row / chunk_rows;
    if (chunk >= chunks_.size() || !chunks_[chunk]) return {};
    return {chunks_[chunk].get() + row % chunk_rows * width_, width_};
  }

  /// The cells of one chunk: rows chunk * chunk_rows and on; empty if never written to.
  std::span<const T> chunk(std::size_t index) const {
    if (index >= chunks_.size() || !chunks_[index]) return {};
    return {chunks_[index].get(), chunk_rows * width_};
  }

  std::size_t width() const { return width_; }

  void set(std::size_t row, T value) { *cell(row) = value; }

  /// The row's cells for writing.
  T* cell(std::size_t row) {
    const std::size_t chunk = row / chunk_rows;
    if (chunk >= chunks_.size()) chunks_.resize(chunk + 1);
    if (!chunks_[chunk]) {
      chunks_[chunk] = std::make_unique_for_overwrite<T[]>(chunk_rows * width_);
      std::fill_n(chunks_[chunk].get(), chunk_rows * width_, fill_);
    }
    return chunks_[chunk].get() + row % chunk_rows * width_;
  }

 private:
  std::vector<std::unique_ptr<T[]>> chunks_;
  T fill_;
  std::size_t width_;
};

}  // namespace hone
