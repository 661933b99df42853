// SPDX-License-Identifier: MIT
#include "kernel_rows.hpp"

#include <algorithm>
#include <cstring>

#include <hone/sdk/normal.hpp>

namespace tpe {

void KernelRows::resize(std::size_t size) {
  size_ = size;
  rows_.resize(size * axes());
  rough_.resize(blocks() * stride());
  common_.resize(blocks() * axes());
  stale_.resize(blocks(), 1);
}

void KernelRows::insert(std::size_t slot) {
  resize(size_ + 1);
  const auto at = rows_.begin() + static_cast<std::ptrdiff_t>(slot * axes());
  std::move_backward(at, rows_.end() - static_cast<std::ptrdiff_t>(axes()), rows_.end());
  // Every array of a block hands its last number on to the next block's.
  for (std::size_t block = blocks(); block-- > slot / sift_block;) {
    const std::size_t from = block == slot / sift_block ? slot % sift_block : 0;
    float* array = rough_.data() + block * stride();
    for (std::size_t k = 0; k < 2 * axes(); ++k, array += sift_block) {
      std::memmove(array + from + 1, array + from, (sift_block - 1 - from) * sizeof(float));
      if (block > slot / sift_block) *array = *(array - stride() + sift_block - 1);
    }
    stale_[block] = 1;
  }
}

void KernelRows::erase(std::size_t slot) {
  const auto at = rows_.begin() + static_cast<std::ptrdiff_t>(slot * axes());
  std::move(at + static_cast<std::ptrdiff_t>(axes()), rows_.end(), at);
  for (std::size_t block = slot / sift_block; block < blocks(); ++block) {
    const std::size_t from = block == slot / sift_block ? slot % sift_block : 0;
    float* array = rough_.data() + block * stride();
    for (std::size_t k = 0; k < 2 * axes(); ++k, array += sift_block) {
      std::memmove(array + from, array + from + 1, (sift_block - 1 - from) * sizeof(float));
      if (block + 1 < blocks()) array[sift_block - 1] = *(array + stride());
    }
    stale_[block] = 1;
  }
  resize(size_ - 1);
}

float KernelRows::rough_point(std::size_t axis, double point) const {
  const auto [low, high] = ranges_[axis];
  return static_cast<float>(std::clamp((point - 0.5 * (low + high)) / (high - low), -0.5, 0.5));
}

void KernelRows::set(std::size_t slot, std::size_t axis, double mean, double inverse_width) {
  rows_[slot * axes() + axis] = {mean, inverse_width};
  const auto [low, high] = ranges_[axis];
  const double shares = std::min((high - low) * inverse_width, 1000.0);
  float* number = &rough_[slot / sift_block * stride() + sift_block * axis + slot % sift_block];
  const auto width = static_cast<float>(shares * hone::sdk::detail::sqrt_half);
  number[0] = rough_point(axis, mean) * width;
  number[sift_block * axes()] = width;
  greatest_[axis] = std::max(greatest_[axis], width);
  stale_[slot / sift_block] = 1;
}

float KernelRows::common_width(std::size_t block, std::size_t axis) const {
  const float* widths = &rough_[block * stride() + sift_block * (axes() + axis)];
  const std::size_t count = std::min(sift_block, size_ - block * sift_block);
  return std::all_of(widths + 1, widths + count, [=](float width) { return width == *widths; }) ? *widths : 0.0F;
}

// What the loop over the axes may round off. Products and partial sums are at most the squares of W, the greatest
// inverse width of each axis, together: points and means are at most 1/2. Each of up to three operations an axis, and a
// few more, rounds by 2^-24 of that.
float KernelRows::rounding(std::span<const RoughAxis> axes) const {
  float sum = 0.0F;
  for (const RoughAxis& axis : axes) sum += greatest_[axis.axis] * greatest_[axis.axis];
  return sum * static_cast<float>(3 * axes.size() + 8) * 0x1p-24F;
}

void KernelRows::refresh() {
  for (std::size_t block = 0; block < blocks(); ++block) {
    if (stale_[block] == 0) continue;
    for (std::size_t axis = 0; axis < axes(); ++axis) common_[block * axes() + axis] = common_width(block, axis);
    stale_[block] = 0;
  }
}

double KernelRows::rough_square(std::size_t slot, std::span<const std::size_t> axes) const {
  const float* numbers = rough_.data() + slot / sift_block * stride() + slot % sift_block;
  double sum = 0.0;
  for (const std::size_t axis : axes) {
    const double mean = numbers[sift_block * axis];
    sum += mean * mean;
  }
  return sum;
}

std::size_t KernelRows::sift(std::span<const float> at_zero, std::span<const RoughAxis> axes, std::size_t first,
                             std::size_t last, float least, std::uint32_t* slots) const {
  const std::size_t begin = first / sift_block;
  const std::size_t end = whole_blocks(last) / sift_block;
  const RoughKernels kernels{rough_.data() + begin * stride(), common_.data() + begin * this->axes(), this->axes()};
  return sift_(at_zero.subspan(begin * sift_block, (end - begin) * sift_block), kernels, axes, least - rounding(axes),
               static_cast<std::uint32_t>(begin * sift_block), slots);
}

}  // namespace tpe
