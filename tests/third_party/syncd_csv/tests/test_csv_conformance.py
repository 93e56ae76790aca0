from csv_sandbox import CsvSandbox

from syncd.testing.conformance import Conformance


class TestCsv(Conformance):
    sandbox = CsvSandbox
