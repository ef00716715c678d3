; SPDX-License-Identifier: MIT
; The front of a module: its name and kind. module.lds puts the rest of struct rj_module
; behind it.
%include "constants.inc"

section .module.name
	db	NAME
	times 8 - ($ - $$) db 0
	dd	KIND
