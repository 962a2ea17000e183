module sidecar

go 1.22
