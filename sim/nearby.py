"""Rows that a kernel will come to soon are asked of the memory ahead, so that their delays overlap.

A few thousand of a million rows a day are touched at random; one after the other, the kernel would wait for each of
their columns. Nothing is read, written or computed: without these hints every number is the same.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

AHEAD = 8  # rows between the hint and the work
NEXT = 4  # where the hint itself has to read what an earlier one has asked for
READ, KEEP, DATA = 0, 3, 1  # LLVM's llvm.prefetch: not for writing, in all caches, no instructions


def _hint(typing_context: Any, column: Any, row: Any) -> Any:
    """Ask for the place in memory where a row of a column begins."""

    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        kind = signature.args[0]
        array = context.make_array(kind)(context, builder, values[0])
        stride = cgutils.unpack_tuple(builder, array.strides, kind.ndim)[0]
        byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        place = builder.gep(builder.bitcast(array.data, byte), [builder.mul(stride, values[1])])
        ask = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        prefetch = cgutils.get_or_insert_function(builder.module, ask, "llvm.prefetch.p0")
        builder.call(prefetch, [place, *(ir.Constant(number, how) for how in (READ, KEEP, DATA))])
        return context.get_dummy_value()

    return types.void(column, types.intp), codegen


hint: Any = intrinsic(_hint)  # hint(column, row) in kernels
