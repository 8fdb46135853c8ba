package main

/*
typedef struct {
	unsigned key, value;
} record;
*/
import "C"

import "unsafe"

//export compareRecords
func compareRecords(a, b unsafe.Pointer) C.int {
	x, y := (*C.record)(a), (*C.record)(b)
	switch {
	case x.key < y.key:
		return -1
	case x.key > y.key:
		return 1
	}
	return 0
}

func slice(r *C.record) *[records]C.record {
	return (*[records]C.record)(unsafe.Pointer(r))
}
