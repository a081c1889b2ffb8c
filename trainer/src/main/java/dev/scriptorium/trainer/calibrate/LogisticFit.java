package dev.scriptorium.trainer.calibrate;

import dev.scriptorium.model.confidence.Calibration.Curve;
import java.util.List;

/** Logistic regression by Newton's method: the curve under which the samples are likeliest. */
final class LogisticFit {
    private static final int STEPS = 30;
    /** Keeps the coefficients finite where one of them parts right from wrong perfectly. */
    private static final double RIDGE = 0.01;

    private LogisticFit() {}

    /**
     * @throws IllegalArgumentException if there is not at least one right and one wrong sample
     */
    static Curve of(List<Sample> samples) {
        long right = samples.stream().filter(Sample::right).count();
        if (right == 0 || right == samples.size()) {
            throw new IllegalArgumentException("calibration: right and wrong readings expected, " + right
                    + " right ones of " + samples.size() + " found");
        }
        double[] w = new double[4];
        for (int step = 0; step < STEPS; step++) {
            double[] move = newtonStep(samples, new Curve(w[0], w[1], w[2], w[3]), w);
            for (int i = 0; i < w.length; i++) {
                w[i] -= move[i];
            }
        }
        return new Curve(w[0], w[1], w[2], w[3]);
    }

    private static double[] newtonStep(List<Sample> samples, Curve curve, double[] w) {
        int n = w.length;
        double[][] system = new double[n][n + 1]; // Hessian, and the gradient as its last column
        for (int i = 0; i < n; i++) {
            system[i][i] = RIDGE;
            system[i][n] = RIDGE * w[i];
        }
        for (Sample sample : samples) {
            double[] x = Curve.features(sample.surprise());
            double p = curve.at(sample.surprise());
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < n; j++) {
                    system[i][j] += p * (1 - p) * x[i] * x[j];
                }
                system[i][n] += (p - (sample.right() ? 1 : 0)) * x[i];
            }
        }
        return solve(system);
    }

    /** Gaussian elimination; the matrix is positive definite, so no pivot is looked for. */
    private static double[] solve(double[][] system) {
        int n = system.length;
        for (int pivot = 0; pivot < n; pivot++) {
            for (int row = pivot + 1; row < n; row++) {
                double factor = system[row][pivot] / system[pivot][pivot];
                for (int column = pivot; column <= n; column++) {
                    system[row][column] -= factor * system[pivot][column];
                }
            }
        }
        double[] solution = new double[n];
        for (int row = n - 1; row >= 0; row--) {
            double rest = system[row][n];
            for (int column = row + 1; column < n; column++) {
                rest -= system[row][column] * solution[column];
            }
            solution[row] = rest / system[row][row];
        }
        return solution;
    }
}
