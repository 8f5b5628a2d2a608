module palate

go 1.19
