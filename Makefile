run env test:
	./dev $@
.PHONY: run env test
