# Builds the fuzz targets of test/fuzz with clang's libFuzzer, AddressSanitizer and UBSan: one program each in build/fuzz.
# Called by scripts/fuzz.mjs, which knows the sources and the compiler.
FLAGS := -std=c++17 -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
INCLUDES := -Inative -Inative/linux/kernel/$(ARCH) -DHOLDFAST_VERSION='"fuzz"'
OBJECTS := $(SOURCES:%.cc=build/fuzz/%.o)

all: $(TARGETS:%=build/fuzz/%)

# What any compiler can say of the targets.
check:
	$(CXX) -std=c++17 -fsyntax-only -Wall -Wextra -Werror $(INCLUDES) $(TARGETS:%=test/fuzz/%.cc)

build/fuzz/%: build/fuzz/test/fuzz/%.o build/fuzz/system.a
	$(CXX) $(FLAGS) -fsanitize=fuzzer $^ -o $@

build/fuzz/system.a: $(OBJECTS)
	rm -f $@ && ar rcs $@ $^

build/fuzz/%.o: %.cc
	@mkdir -p $(@D)
	$(CXX) $(FLAGS) -fsanitize=fuzzer-no-link $(INCLUDES) -MMD -c $< -o $@

.SECONDARY:
-include $(OBJECTS:.o=.d) $(TARGETS:%=build/fuzz/test/fuzz/%.d)
