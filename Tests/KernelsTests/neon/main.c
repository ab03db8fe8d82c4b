// Runs the NEON kernels on an Arm processor, emulated or not: main [dotprod].
#include "cases.h"

#include <sys/auxv.h>

int passed, failed;

int main(int count, char **arguments) {
  const int expects_dotprod = count > 1 && strcmp(arguments[1], "dotprod") == 0;
  const int has_dotprod = (getauxval(AT_HWCAP) & 1ul << 20) != 0;
  check("byte dot products as expected", (size_t)has_dotprod, 0, has_dotprod == expects_dotprod);
  check("NEON is chosen", 0, 0, razao_tier_selected() == razao_tier_neon);
  panel_cases();
  attention_cases();
  row_cases();
  printf("%d passed, %d failed\n", passed, failed);
  return failed == 0 ? 0 : 1;
}
