; SPDX-License-Identifier: MIT
; text: draws pages of text by INT 10h. On each, a key that INT 16h returns leads to the next;
; after the last one, "PROBE END" on COM1.
;
; A boot sector that loads the rest of the file.
; -DTEXT_MEMORY	a page is written to B8000h, too

MARK		equ 0x54584554
%define PROGRAM	pages
%define NAME	'text'

NORMAL		equ 0x07
LAST_ROW	equ 24

%include "sector.inc"

pages:
	call characters
	mov al, '1'
	call next_page
	call strings
	mov al, '2'
	call next_page
	call teletype
	mov al, '3'
	call next_page
	call windows
	mov al, '4'
	call next_page
%ifdef TEXT_MEMORY
	call text_memory
	mov al, '5'
	call next_page
%endif
	mov si, .end
	call puts
	mov al, 0x10
	jmp leave
.end:	db 'PROBE END', 10, 0

; next_page: writes "page AL" in the middle of the last row, and waits for a key; clears the screen.
; Clobbered: AX, BX, CX, DX, BP.
next_page:
	mov [.number], al
	mov bp, .text
	mov cx, .text_end - .text
	mov dx, LAST_ROW << 8 | 36
	mov bx, NORMAL
	mov ax, 0x1301
	int 0x10
	mov ah, 0
	int 0x16
	mov ax, 0x0003
	int 0x10
	ret
.text:	db 'page '
.number: db 0
.text_end:

; move_to: moves the cursor to row DH, column DL.
; Clobbered: AX, BX.
move_to:
	mov bh, 0
	mov ah, 2
	int 0x10
	ret

; type: writes the text at SI, NUL-terminated, by AH=0Eh.
; Out: SI = after it. Clobbered: AX, BX.
type:
	lodsb
	test al, al
	jz .end
	mov bx, NORMAL
	mov ah, 0x0E
	int 0x10
	jmp type
.end:	ret

; characters: all 256, each with another attribute; rows of one with AH=09h and 0Ah.
characters:
	mov ax, 0x0003
	int 0x10
	xor di, di
.next:	mov ax, di
	shr ax, 6
	inc ax
	mov dh, al
	mov ax, di
	and al, 0x3F
	add al, 8
	mov dl, al
	call move_to
	mov ax, di
	mov bx, ax
	and bx, 0x7F
	mov cx, 1
	mov ah, 9
	int 0x10
	inc di
	cmp di, 256
	jb .next

	mov dx, 7 << 8 | 70		; over the row's end
	call move_to
	mov cx, 40
	mov bx, 0x1E
	mov ax, 0x0900 | 0xB1
	int 0x10
	mov dx, 8 << 8 | 5		; has the attributes that are there
	call move_to
	mov cx, 30
	mov bx, 0x70
	mov ax, 0x0A00 | 'x'
	int 0x10
	mov dx, 10 << 8
	call move_to
	mov cx, 0			; nothing
	mov bx, 0x4F
	mov ax, 0x0900 | '0'
	int 0x10
	mov dx, 12 << 8 | 12		; is read back and written again
	call move_to
	mov cx, 1
	mov bx, 0x2A
	mov ax, 0x0900 | 0x01
	int 0x10
	mov bh, 0
	mov ah, 8
	int 0x10
	mov bl, ah
	mov ah, 9
	mov dx, 12 << 8 | 14
	push ax
	push bx
	call move_to
	pop bx
	pop ax
	mov bh, 0
	mov cx, 3
	int 0x10
	ret

; strings: AH=13h in its four ways, over a row's end, and with control characters.
strings:
	mov dx, 1 << 8 | 2
	mov di, .ways
.next:	mov bp, .plain
	mov cx, .plain_end - .plain
	test byte [di], 2
	jz .write
	mov bp, .coloured
	mov cx, (.coloured_end - .coloured) / 2
.write:	mov al, [di]
	mov bx, 0x1E
	mov ah, 0x13
	int 0x10
	add dh, 3
	inc di
	cmp di, .ways_end
	jb .next
	mov dx, 15 << 8 | 72
	mov bp, .plain
	mov cx, .plain_end - .plain
	mov bx, 0x4F
	mov ax, 0x1301
	int 0x10
	mov si, .after			; at the cursor that this has left
	jmp type
.plain:	db 'first', 13, 10, 'second', 8, 'D third'
.plain_end:
.coloured: db 'c', 0x1C, 'o', 0x2D, 'l', 0x3E, 'o', 0x4F, 'u', 0x50, 'r', 0x61
.coloured_end:
.ways:	db 0, 1, 2, 3
.ways_end:
.after:	db '<', 0

; teletype: lines until the screen has scrolled, a long one, and each control character.
teletype:
	mov cx, 30
.lines:	push cx
	mov si, .line
	call type
	pop cx
	mov al, cl
	add al, 'A'
	mov bx, NORMAL
	mov ah, 0x0E
	int 0x10
	loop .lines
	mov cx, 100
.long:	mov al, cl
	and al, 0x0F
	add al, 'a'
	mov bx, NORMAL
	mov ah, 0x0E
	int 0x10
	loop .long
	mov si, .controls
	jmp type
.line:	db 13, 10, 'line ', 0
.controls: db 13, 10, 'tab', 9, 'bell', 7, 'back', 8, 8, 'CK', 12, 27, 11, 13, 'R', 13, 10, 8, 8, '*', 0

; windows: filled rows, of which AH=06h and 07h scroll parts.
windows:
	xor di, di
.fill:	mov ax, di
	mov dh, al
	mov dl, 0
	call move_to
	mov bx, di
	and bx, 0x0F
	or bl, 0x10
	mov ax, di
	add al, 'A'
	mov ah, 9
	mov cx, 80
	int 0x10
	inc di
	cmp di, LAST_ROW
	jb .fill
	mov si, .list
.next:	mov ax, [si]
	mov cx, [si + 2]
	mov dx, [si + 4]
	mov bx, [si + 6]
	push si
	int 0x10
	pop si
	add si, 8
	cmp si, .list_end
	jb .next
	ret
.list:				; AX, the upper left and lower right corner, attribute
	dw 0x0602, 2 << 8 | 5, 8 << 8 | 20, 0x2F00
	dw 0x0701, 2 << 8 | 30, 8 << 8 | 45, 0x4E00
	dw 0x0600, 2 << 8 | 50, 5 << 8 | 60, 0x5B00
	dw 0x0700, 6 << 8 | 62, 8 << 8 | 79, 0x6C00
	dw 0x0609, 10 << 8 | 5, 14 << 8 | 20, 0x3D00		; more rows than it has
	dw 0x0601, 12 << 8 | 30, 12 << 8 | 40, 0x1A00		; one row
	dw 0x0701, 10 << 8 | 44, 16 << 8 | 44, 0x7000		; one column
	dw 0x0601, 18 << 8, 23 << 8 | 79, 0x0700		; whole rows
	dw 0x0703, 18 << 8, 23 << 8 | 79, 0x1700
.list_end:

%ifdef TEXT_MEMORY
; text_memory: as programs do that write to the screen themselves.
text_memory:
	mov ax, 0xB800
	mov es, ax
	mov di, 3 * 160
	xor ax, ax
	mov cx, 20 * 80
.next:	stosw
	add ax, 0x0101
	and ah, 0x7F
	loop .next
	xor ax, ax
	mov es, ax
	ret
%endif
	times 512 - ($ - start) % 512 db 0
end:
