package mutant_test

import (
	"fmt"

	"faultline/grader/internal/mutant"
)

func ExampleMutant_Apply() {
	reference := map[string][]byte{"mailbox.go": []byte("package messaging\n\nfunc full(n, capacity int) bool {\n" +
		"\treturn n == capacity\n}\n")}
	m, err := mutant.Parse("one-too-many", []byte(`A full mailbox takes one message more.
kill: messaging/A/capacity
-- mailbox.go --
-	return n == capacity
+	return n > capacity
 }
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	files, err := m.Apply(reference)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m.What, m.Kill)
	fmt.Printf("%s", files["mailbox.go"])
	// Output:
	// A full mailbox takes one message more. [messaging/A/capacity]
	// package messaging
	//
	// func full(n, capacity int) bool {
	// 	return n > capacity
	// }
}
