// An image lives in C; Go reads it through a getter, pixel by pixel, and makes
// a histogram.
package main

/*
#include <stdlib.h>
#include <string.h>

enum { W = 160, H = 100 };

static unsigned char *pixels;

static void
load(void)
{
	pixels = malloc(W * H);
	for (int i = 0; i < W * H; i++)
		pixels[i] = (unsigned char)(i * 7);
}

static unsigned char
pixel(int x, int y)
{
	return pixels[y * W + x];
}

static void
row(int y, unsigned char *out)
{
	memcpy(out, pixels + y * W, W);
}
*/
import "C"

import "example.com/workloads/capture"

func main() {
	C.load()
	var histogram [64][256]int
	var line [64][C.W]C.uchar
	capture.Fix("PixelGetter", func(w int) {
		for y := C.int(0); y < C.H; y++ {
			for x := C.int(0); x < C.W; x++ {
				histogram[w][C.pixel(x, y)]++
			}
		}
	}, func(w int) {
		for y := C.int(0); y < C.H; y++ {
			C.row(y, &line[w][0])
			for _, v := range line[w] {
				histogram[w][v]++
			}
		}
	}, 1, 2, 4)
}
