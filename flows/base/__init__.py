"""base: errors, logs, progress, files, SQL text, TOML files and the package's own resources. It knows no migraine."""
