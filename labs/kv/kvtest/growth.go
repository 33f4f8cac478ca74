package kvtest

import "faultline/labs/labtest"

func (s Solution) casesD() []labtest.Case { return nil }
