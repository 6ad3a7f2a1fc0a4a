module pods

go 1.20
