// Distances of points to a place: one call into C for each point.
package main

/*
static double
distance(double x, double y)
{
	double dx = x - 3.5, dy = y + 1.25;

	return dx * dx + dy * dy;
}

static void
distances(const double *x, const double *y, double *out, int n)
{
	for (int i = 0; i < n; i++)
		out[i] = distance(x[i], y[i]);
}
*/
import "C"

import "example.com/workloads/capture"

const points = 1000

type cloud struct {
	x, y, d [points]C.double
}

func main() {
	clouds := make([]cloud, 64)
	capture.Fix("GeoDistance", func(w int) {
		c := &clouds[w]
		for i := range c.x {
			c.d[i] = C.distance(c.x[i], c.y[i])
		}
	}, func(w int) {
		c := &clouds[w]
		C.distances(&c.x[0], &c.y[0], &c.d[0], points)
	}, 1, 2, 4)
}
