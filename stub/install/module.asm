; SPDX-License-Identifier: MIT
; The start of a module: its name and kind. module.lds adds the rest of struct rj_module.
%include "constants.inc"

section .module.name
	db	NAME
	times 8 - ($ - $$) db 0
	dd	KIND
