// Matrices are multiplied.
package main

import (
	"example.com/workloads/capture"
)

const n = 96

type matrix [n][n]float64

func multiply(a, b, out *matrix) {
	for i := range a {
		for j := range b {
			sum := 0.0
			for k := range b {
				sum += a[i][k] * b[k][j]
			}
			out[i][j] = sum
		}
	}
}

func main() {
	m := make([][3]matrix, 64)
	capture.Run("Matrix", func(w int) {
		multiply(&m[w][0], &m[w][1], &m[w][2])
	}, 1, 2, 4)
}
