# Builds the tests of native/core, without Node and without any header of the system folders, under the sanitizers:
# build/core-test/core-test. Called by scripts/build.mjs, which knows the sources.
ifeq ($(origin CXX),default)
CXX := c++
endif
FLAGS := -std=c++17 -O0 -Wall -Wextra -Werror -fsanitize=address,undefined -Inative
OBJECTS := $(SOURCES:%.cc=build/core-test/%.o)

build/core-test/core-test: $(OBJECTS)
	$(CXX) $(FLAGS) $^ -o $@

build/core-test/%.o: %.cc
	@mkdir -p $(@D)
	$(CXX) $(FLAGS) -MMD -MP -c $< -o $@

-include $(OBJECTS:.o=.d)
