/// What compression gives and costs: `java -cp target/benchmarks.jar dev.cometlog.bench.compression.CompressionBench`.
@NullMarked
package dev.cometlog.bench.compression;

import org.jspecify.annotations.NullMarked;
