# SPDX-License-Identifier: MIT
from hone._program import main

main()
