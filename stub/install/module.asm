; SPDX-License-Identifier: MIT
; The front of a module: its name. module.lds puts the rest of struct rj_module
; behind it.
section .module.name
	db	NAME
	times 8 - ($ - $$) db 0
