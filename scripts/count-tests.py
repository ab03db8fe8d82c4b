"""Prints "PASSED FAILED SKIPPED" of an xunit file as its last line, and the names of failed tests before it."""
import sys
import xml.etree.ElementTree as ElementTree

passed = failed = skipped = 0
for case in ElementTree.parse(sys.argv[1]).getroot().iter("testcase"):
    if case.find("failure") is not None:
        failed += 1
        print("failed:", case.get("classname"), case.get("name"))
    elif case.find("skipped") is not None:
        skipped += 1
    else:
        passed += 1
print(passed, failed, skipped)
